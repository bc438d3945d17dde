"""A publisher killed after each of its writes to S3, with listings that lag behind."""

from itertools import combinations

from spanishgas_assets.storage.publication_log import pointer_key
from torture.s3_model import ClientModel, ModelStore
from torture.scenario import REFUSED, ROWS, SNAPSHOT, Tally, publish_run, seen_by_reader, settle

#: So many of the last new objects may be missing from a listing, in every combination.
_LAGGING = 3


def s3_states() -> Tally:
    """Look at every prefix of the writes, with each combination of objects not yet listed."""
    tally = Tally()
    for earlier in (None, 1):
        client = ClientModel({})
        if earlier:
            publish_run(ModelStore(client), earlier)
        before = dict(client.objects)
        client.log.clear()
        publish_run(ModelStore(client), 2)
        for number, objects in enumerate([before, *client.log]):
            fresh = [key for key in objects if key not in before][-_LAGGING:]
            for count in range(len(fresh) + 1):
                for hidden in combinations(fresh, count):
                    tally.tried += 1
                    where = f"after write {number}, not listed: {', '.join(hidden) or 'nothing'}"
                    lagging = ModelStore(ClientModel(objects, frozenset(hidden)))
                    seen = seen_by_reader(lagging, tally, where)
                    if seen == REFUSED and (earlier or pointer_key(SNAPSHOT) in objects):
                        tally.rows_lost += ROWS
                        tally.told.append(f"{where}: what was published is not to be read")
                    settle(lagging, 2, tally, where)
    return tally
