// Verifies a published log with what other people wrote: golang.org/x/mod, sumdb/note and sumdb/tlog.
//
// main FOLDER VKEY [OLDER]: the signed checkpoint of FOLDER; every entry of its bundles against the hashes that
// its tiles prove, with a proof of its own for each (in a log above 4,096, for the ends of each bundle); and, where
// OLDER (a signed note) is given, that the log of FOLDER continues the log of that note.
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), published(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// published turns the path of a tile of the Go checksum database into that of C2SP tlog-tiles.
func published(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func head(path string, vkey string) tlog.Tree {
	data, err := os.ReadFile(path)
	must(err)
	verifier, err := note.NewVerifier(vkey)
	must(err)
	signed, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func main() {
	log.SetFlags(0)
	here, tree := folder(os.Args[1]), head(filepath.Join(os.Args[1], "checkpoint"), os.Args[2])
	hashes := tlog.TileHashReader(tree, here)
	for start := int64(0); start < tree.N; start += 1 << height {
		width := tree.N - start
		if width > 1<<height {
			width = 1 << height
		}
		bundle := published(tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)})
		data, err := os.ReadFile(filepath.Join(string(here), bundle))
		must(err)
		var places []int64
		for id := start; id < start+width; id++ {
			places = append(places, tlog.StoredHashIndex(0, id))
		}
		leaves, err := hashes.ReadHashes(places)
		must(err)
		for id := start; id < start+width; id++ {
			length := int(binary.BigEndian.Uint16(data))
			entry := tlog.RecordHash(data[2 : 2+length])
			data = data[2+length:]
			if entry != leaves[id-start] {
				log.Fatal("entry ", id, " is not the one in the tree")
			}
			if tree.N <= 4096 || id == start || id == start+width-1 {
				proof, err := tlog.ProveRecord(tree.N, id, hashes)
				must(err)
				must(tlog.CheckRecord(proof, tree.N, tree.Hash, id, entry))
			}
		}
	}
	if len(os.Args) > 3 {
		older := head(os.Args[3], os.Args[2])
		proof, err := tlog.ProveTree(tree.N, older.N, hashes)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
	}
	fmt.Println("verified", tree.N, "entries")
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
