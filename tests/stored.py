"""What a store holds, as one value that tests compare."""

from searoom.record.tables import TableStore


def content(store: TableStore) -> list[object]:
    """Return everything that the store holds, as it is asked for."""
    kinds = sorted({str(row[0]) for row in store.table("beside")})
    return [
        [(log, list(store.items(log, 0, store.size(log))), store.note(log)) for log in store.logs()],
        [(log, list(store.cosigned(log))) for log in ("amber", "coral")],
        list(store.kept()),
        [(kind, list(store.each(kind))) for kind in kinds],
    ]
