"""TLS over an asyncio stream: bytes through OpenSSL's memory buffers, and nothing else.

OpenSSL sees no socket: what it wants to send is taken from it and written, what came is given to
it. One task reads and one writes, at most. Whatever OpenSSL refuses becomes a `TlsError`, an
`OSError` like all that goes wrong with a line; its alert is sent before the line is closed, so that
the other side can say why.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Final

from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL

_CHUNK_BYTES: Final = 64 << 10
# How much the system takes from us before the line has carried it: else it swallows a whole answer at once, and
# nobody could tell that a slow line is still busy with it.
_UNSENT_BYTES: Final = 4 << 10
_NOTSENT_LOWAT: Final = getattr(socket, "TCP_NOTSENT_LOWAT", 25)
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s
MAX_DISCARDED: Final = 8 << 20  # of what a refused caller still sends while it has not read our answer


class TlsError(ConnectionError):
    """TLS does not come about, or breaks; `reason` is OpenSSL's word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"TLS failed ({reason})")
        self.reason = reason


class TlsStream:
    """One end of a TLS connection; `shake_hands` first."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: SSL.Context) -> None:
        self._reader, self._writer = reader, writer
        self._tls = SSL.Connection(context, None)
        self.shown = b""  # the certificate (DER) that the other end has shown and has the key of; empty for none
        with contextlib.suppress(OSError):  # the line is gone already: the handshake will say so
            # asyncio does so for sockets of its own making; else a round trip can wait 40 ms for an acknowledgement
            _socket(writer).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _socket(writer).setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, _UNSENT_BYTES)
        writer.transport.set_write_buffer_limits(0)  # what `write` has returned from is in the system's hands

    async def shake_hands(self, *, server: bool) -> None:
        """Agree on keys; returns when the other's certificate is verified. The pins are the caller's to compare.

        A client keeps back its last flight, so that it travels with the first bytes that it writes; it writes first.
        """
        if server:
            self._tls.set_accept_state()
        else:
            self._tls.set_connect_state()
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                await self._flush()
                await self._more()
            except SSL.Error as error:
                await self._say_why()
                raise TlsError(_reason(error)) from error
            else:
                certificate = self._tls.get_peer_certificate(as_cryptography=True)
                if certificate is not None:
                    self.shown = certificate.public_bytes(serialization.Encoding.DER)
                return

    @property
    def group(self) -> str:
        """The group in which the keys were agreed, as OpenSSL names it: `X25519MLKEM768`, `x25519`."""
        return self._tls.get_group_name() or "unknown"

    async def read(self, most: int) -> bytes:
        """Return some bytes, at most `most`; empty when the other end has taken leave. A cut line is a `TlsError`."""
        while True:
            try:
                return self._tls.recv(most)
            except SSL.WantReadError:  # what OpenSSL wants to send of itself goes out with our next bytes
                await self._more()
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                await self._say_why()
                raise TlsError(_reason(error)) from error

    async def write(self, data: bytes) -> None:
        """Send all of `data`; returns when no more than a little of it waits on this side."""
        view = memoryview(data)
        while view:
            try:
                sent = self._tls.send(view[:_CHUNK_BYTES])
            except SSL.Error as error:
                raise TlsError(_reason(error)) from error
            view = view[sent:]
            await self._flush()

    async def silent(self) -> bool:
        """Tell whether the line still stands and nothing has come that nobody asked for."""
        if self._writer.is_closing() or self._tls.pending():
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await self._reader.read(1)
                return False  # bytes, or the end of the line: either way not one to use again
        return True

    async def finish(self, within_s: float) -> None:
        """Take leave, and wait until the other end has read what was written; at most `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                self._leave()
                for _ in range(MAX_DISCARDED // _CHUNK_BYTES):
                    if not await self._reader.read(_CHUNK_BYTES):
                        break
        except OSError:  # time-outs among them: what fails now matters no more
            pass
        await self.abort()

    def close_soon(self) -> None:
        """Take leave without waiting for anything."""
        self._leave()
        self._writer.close()

    async def abort(self) -> None:
        """Break the line; what waits to be sent is thrown away, by the system too."""
        self.break_off()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def break_off(self) -> None:
        """Break the line now; whoever reads or writes on it hears so."""
        with contextlib.suppress(OSError):  # the socket is gone already
            _socket(self._writer).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._writer.transport.abort()

    def _leave(self) -> None:
        with contextlib.suppress(SSL.Error, OSError):
            self._tls.shutdown()
        with contextlib.suppress(OSError):
            self._writer.write(self._outgoing())

    async def _more(self) -> None:
        data = await self._reader.read(_CHUNK_BYTES)
        if not data:
            raise TlsError("the line ended without leave being taken")
        self._tls.bio_write(data)

    def _outgoing(self) -> bytes:
        waiting = bytearray()
        with contextlib.suppress(SSL.WantReadError):  # nothing more waits
            while True:
                waiting += self._tls.bio_read(_CHUNK_BYTES)
        return bytes(waiting)

    async def _flush(self) -> None:
        data = self._outgoing()
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _say_why(self) -> None:
        with contextlib.suppress(OSError):
            await self._flush()


def _socket(writer: asyncio.StreamWriter) -> socket.socket:
    line: socket.socket = writer.get_extra_info("socket")
    return line


def _reason(error: SSL.Error) -> str:
    rows = error.args[0] if error.args else None
    return str(rows[0][-1]) if isinstance(rows, list) and rows else "broken"
