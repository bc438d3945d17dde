"""A publisher killed after each of its writes to S3, with listings that lag behind."""

from itertools import combinations

from spanishgas_assets.storage.publication_log import pointer_key
from torture.moves import MOVES, prune_again, whole_manifests
from torture.s3_model import ClientModel, ModelStore
from torture.scenario import REFUSED, ROWS, SNAPSHOT, Tally, seen_by_reader, settle

#: So many of the last new objects may be missing from a listing, in every combination.
_LAGGING = 3


def s3_states() -> Tally:
    """Look at every prefix of the writes, with each combination of objects not yet listed."""
    tally = Tally()
    for name, move in MOVES.items():
        client = ClientModel({})
        move.prepare(ModelStore(client))
        before = dict(client.objects)
        client.log.clear()
        move.act(ModelStore(client))
        for number, objects in enumerate([before, *client.log]):
            fresh = [key for key in objects if key not in before][-_LAGGING:]
            for count in range(len(fresh) + 1):
                for hidden in combinations(fresh, count):
                    tally.tried += 1
                    where = f"{name} after write {number}, not listed: {', '.join(hidden)}"
                    gone = frozenset(before) - frozenset(objects)
                    lagging = ModelStore(ClientModel(objects, frozenset(hidden), gone))
                    seen = seen_by_reader(lagging, tally, where)
                    if seen not in move.seen or (
                        seen == REFUSED and pointer_key(SNAPSHOT) in objects
                    ):
                        tally.rows_lost += ROWS
                        tally.told.append(f"{where}: what was published is not to be read: {seen}")
                    prune_again(lagging, tally, where)
                    settle(lagging, move.next_run, tally, where)
                    whole_manifests(ModelStore(ClientModel(lagging.client.objects)), tally, where)
    return tally
