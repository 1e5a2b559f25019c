"""What the fuzz says at its end: how many cases of every reader and option ended how."""

import collections

import pytest

from .judging import BAD, ENDED, REFUSAL, RESULT


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    # The properties of a test are part of its report, also if it ran in another process.
    item.user_properties.append(("ended", [[*key, count] for key, count in ENDED.items()]))
    ENDED.clear()


def pytest_terminal_summary(terminalreporter):
    total = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, counts in report.user_properties:
                    if name == "ended":
                        total.update({(target, how): count for target, how, count in counts})
    if not total:
        return
    terminalreporter.section("how the cases ended")
    write = terminalreporter.write_line
    write(f"{'':<36}{'cases':>9}{RESULT:>10}{REFUSAL:>10}{BAD:>8}")
    targets = dict.fromkeys(target for target, _ in total)
    for target in [*sorted(targets, key=lambda target: (target.startswith("wearoff "), target))]:
        counts = [total[target, how] for how in (RESULT, REFUSAL, BAD)]
        write(f"{target:<36}{sum(counts):>9}" + "".join(f"{n:>{w}}" for n, w in zip(counts, (10, 10, 8), strict=True)))
    sums = [sum(n for (_, each), n in total.items() if each == how) for how in (RESULT, REFUSAL, BAD)]
    write(f"{'all':<36}{sum(sums):>9}{sums[0]:>10}{sums[1]:>10}{sums[2]:>8}")
