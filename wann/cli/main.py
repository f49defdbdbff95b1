"""The `wann` command: registers the commands and turns what goes wrong into one line and an exit status."""

from __future__ import annotations

import atexit
import errno
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from wann.cli.commands.judge.compare import compare
from wann.cli.commands.judge.test import test
from wann.cli.commands.machine.data import commands as data
from wann.cli.commands.machine.doctor import doctor
from wann.cli.commands.machine.tasks import tasks
from wann.cli.commands.search.evolve import evolve
from wann.cli.commands.search.listing import list_runs
from wann.cli.commands.search.resume import resume
from wann.cli.commands.search.verify import verify
from wann.cli.commands.show.export import export
from wann.cli.commands.show.importing import import_network
from wann.cli.commands.show.render import render
from wann.cli.commands.show.report import report
from wann.cli.commands.train.prune import prune
from wann.cli.commands.train.tune import tune
from wann.cli.output import apart, send_to_stderr
from wann.errors import WannError
from wann.workflows.interruption import answering

app = typer.Typer(
    name="wann",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wann {version('wann')}")
        raise typer.Exit


@app.callback()
def wann(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Search for networks that do their job with one shared weight, whatever its value.

    Begin with: wann evolve configs/cartpole.yaml
    """


app.command()(apart(evolve))
app.command()(apart(resume))
app.command()(apart(verify))
app.command("list")(apart(list_runs))
app.command()(apart(tasks))
app.command()(apart(test))
app.command()(apart(tune))
app.command()(apart(prune))
app.command()(apart(compare))
app.command()(apart(render))
app.command()(apart(report))
app.command()(apart(export))
app.add_typer(data, name="data")
app.command("import")(apart(import_network))
app.command()(apart(doctor))


def main() -> None:
    """Run the command line; errors of the user's are one line each and exit status 2."""
    try:
        with answering():
            status = app(standalone_mode=False)
    except WannError as error:
        status = _say(str(error))
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except MemoryError as error:
        status = _say(f"out of memory ({error}); a smaller population or fewer episodes need less")
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone
        status = 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        status = _say(f"the output cannot be written ({error.strerror})")
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        status = _say(error.format_message())  # type: ignore[attr-defined]  # a usage error of click's
    atexit.register(send_to_stderr)  # what user code prints while it is ended, too
    sys.exit(status if isinstance(status, int) else 0)


def _say(message: str) -> int:
    for line in message.splitlines():
        print(f"wann: {line}", file=sys.stderr)
    return 2
