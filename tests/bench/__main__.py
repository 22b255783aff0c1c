"""`make bench`: every module of this package measures something and offers `rows()`; print them as one table.

Ends with 1 if a figure misses its limit. Runs on the same servers as the tests.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from tests.servers import environment

NOT_MEASURING = {"__main__", "table"}


def main(chosen: list[str]) -> int:
    """Measure with all modules, or with the chosen ones, on a fresh database; return the exit code."""
    environment.prepare()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from tests.bench.table import Row, table

    names = chosen or sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    rows: list[Row] = []
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        for name in names:
            if name not in NOT_MEASURING:
                sys.stderr.write(f"  measuring: {name} ...\n")
                rows += importlib.import_module(f"tests.bench.{name}").rows()
    finally:
        teardown_databases(databases, verbosity=0)
    sys.stdout.write(f"{table(rows)}\n")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
