"""Random histories of a store, held against a plain model of what readers may see."""

from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from spanishgas_assets.errors import SpanishGasError, StoreError
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.rollback import roll_back
from spanishgas_assets.publication.unneeded import remove, unneeded
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.manifests import Content
from torture.corruption import OTHER
from torture.moves import LATER
from torture.scenario import (
    PUBLISHED_AT,
    SNAPSHOT,
    Tally,
    assembled,
    make_tables,
    no_waiting,
    publish_run,
    run_seen,
)

_SNAPSHOTS = st.sampled_from([SNAPSHOT, OTHER])
_RUNS = st.integers(1, 5)


class Histories(RuleBasedStateMachine):
    """Publish, be overtaken, roll back, prune and damage; readers see what the model says.

    Attributes:
        began: how many histories there were.
    """

    began = 0

    def __init__(self) -> None:
        """Begin with an empty store and an empty model."""
        super().__init__()
        type(self).began += 1
        self.folder = TemporaryDirectory(prefix="torture")
        self.quiet = no_waiting()
        self.quiet.__enter__()
        self.shown: dict[str, int] = {}
        self.kept: dict[int, tuple[str, int]] = {}

    @property
    def store(self) -> FolderStore:
        """The store, as a new process opens it."""
        return FolderStore(self.folder.name)

    def teardown(self) -> None:
        """Remove the store."""
        self.quiet.__exit__(None, None, None)
        self.folder.cleanup()

    @rule(snapshot=_SNAPSHOTS, run=_RUNS)
    def publish(self, snapshot: str, run: int) -> None:
        """A run publishes; where nothing changed, under the number that it has."""
        manifest = publish_run(self.store, run, snapshot)
        self._note(manifest.number, snapshot, run)

    @rule(snapshot=_SNAPSHOTS, run=_RUNS)
    def write_without_publishing(self, snapshot: str, run: int) -> None:
        """A run is killed before it publishes: readers see no change."""
        make_tables(self.store, run, snapshot)

    @rule(snapshot=_SNAPSHOTS, first=_RUNS, second=_RUNS)
    def overtake(self, snapshot: str, first: int, second: int) -> None:
        """A publisher publishes while another assembles, who then looks again."""
        between: list[int] = []

        def assemble() -> Content:
            if not between:
                between.append(publish_run(self.store, first, snapshot).number)
                self._note(between[0], snapshot, first)
            make_tables(self.store, second, snapshot)
            return assembled(self.store, snapshot)

        manifest = publication_log.publish(
            self.store, snapshot, assemble, published_at=PUBLISHED_AT, by={}, say=str
        )
        self._note(manifest.number, snapshot, second)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        """A person goes back to a publication that is still kept."""
        number = data.draw(st.sampled_from(sorted(self.kept)))
        snapshot, run = self.kept[number]
        shows = self.shown[snapshot] == run
        try:
            with patch("spanishgas_assets.publication.verify.load"):
                back = roll_back(self.store, number, by="a", why="b", at=PUBLISHED_AT)
        except StoreError as error:
            if not (shows and "already" in str(error)):
                raise
            return
        assert not shows
        self._note(back.number, snapshot, run)

    @rule(keep_count=st.integers(1, 2))
    def prune(self, keep_count: int) -> None:
        """Sunday's job removes what is old: nothing that a reader follows."""
        chosen = unneeded(self.store, now=LATER, keep_days=90, keep_count=keep_count)
        remove(self.store, chosen)
        for number in chosen.manifests:
            self.kept.pop(number, None)

    @precondition(lambda self: self.shown)
    @rule(data=st.data(), half=st.booleans())
    def damage_and_run_again(self, data: st.DataObject, half: bool) -> None:  # noqa: FBT001
        """An object of what is shown is damaged: readers are told, and the next run mends it."""
        snapshot = data.draw(st.sampled_from(sorted(self.shown)))
        publication = open_publication(self.folder.name, snapshot=snapshot)
        content, run = publication.manifest.content, self.shown[snapshot]
        keys = [one.key for one in content.versions()]
        keys += [one.key for one in content.files.values()]
        key = data.draw(st.sampled_from(sorted(keys)))
        self.store.write(key, self.store.read(key)[:-3] if half else b"")
        try:
            seen = run_seen(open_publication(self.folder.name, snapshot=snapshot))
        except SpanishGasError:
            pass
        else:
            raise AssertionError(f"{key} is damaged, and was read as {seen}")
        self._note(publish_run(self.store, run, snapshot).number, snapshot, run)

    @invariant()
    def readers_see_the_model(self) -> None:
        """Each snapshot shows the run that was published last, and the latest is the latest."""
        for snapshot, run in self.shown.items():
            assert run_seen(open_publication(self.folder.name, snapshot=snapshot)) == run
        if self.shown:
            assert open_publication(self.folder.name).snapshot == max(self.shown)

    @invariant()
    def kept_publications_never_change(self) -> None:
        """What has a number shows the same rows for as long as it is kept."""
        for number, (_, run) in self.kept.items():
            assert run_seen(open_publication(self.folder.name, number=number)) == run

    def _note(self, number: int, snapshot: str, run: int) -> None:
        self.shown[snapshot] = run
        self.kept[number] = (snapshot, run)


def histories(count: int, *, steps: int = 12, start: int = 7) -> Tally:
    """Play random histories, always the same ones for one seed."""
    Histories.began = 0
    tally = Tally()
    try:
        _play(count, steps, start)
    except AssertionError as error:
        tally.mixed_reads += 1
        tally.told.append(f"history: {error}")
    except Exception as error:  # whatever ends a history is counted
        tally.tracebacks += 1
        tally.told.append(f"history: {type(error).__name__}: {error}")
    tally.tried = Histories.began
    return tally


def _play(count: int, steps: int, start: int) -> None:
    run_state_machine_as_test(
        seed(start)(Histories),
        settings=settings(
            max_examples=count,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
