"""Adds up JUnit files: prints every failed test, then `N passed, N failed` (and `, N skipped`).

usage: summary.py FOLDER [PART...]     PARTs ended with an error, whatever their files say.
       summary.py FOLDER --failures    Only the failed tests, each with the end of what it said.
Exit status 1 if anything failed or nothing ran.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


LINES_OF_A_FAILURE = 25


def complaint(case):
    """The end of what a failed test said."""
    said = []
    for part in ("failure", "error", "system-out"):
        for element in case.iter(part):
            said += f"{element.get('message') or ''}\n{element.text or ''}".strip().splitlines()
    return said[-LINES_OF_A_FAILURE:]


def cases(file):
    try:
        return list(ElementTree.parse(file).iter("testcase"))
    except ElementTree.ParseError as error:
        print(f"{file} is broken off: {error}")
        return []


def print_failures(folder):
    for file in sorted(folder.glob("*.xml")):
        for case in cases(file):
            if outcome(case) == "failed":
                print(f"FAILED {file.stem}: {case.get('name')}")
                print(*(f"    {line[:300]}" for line in complaint(case)), sep="\n")


def main():
    folder, parts = pathlib.Path(sys.argv[1]), sys.argv[2:]
    if parts == ["--failures"]:
        print_failures(folder)
        return 0
    count = {"passed": 0, "failed": 0, "skipped": 0}
    skipped = {}
    failed_parts = set()
    for file in sorted(folder.glob("*.xml")):
        for case in cases(file):
            result = outcome(case)
            count[result] += 1
            name = f"{file.stem}: {case.get('name')}"
            if result == "failed":
                failed_parts.add(file.stem)
                print(f"FAILED {name}")
            if result == "skipped":
                skipped.setdefault(file.stem, []).append(name)
    for part in parts:
        # The part ended badly without a test that says so (it could not start, or a test is missing).
        if part not in failed_parts:
            count["failed"] += 1
            print(f"FAILED {part}: ended with an error; see above")
    for part, names in skipped.items():
        print(f"skipped in {part}: {len(names)}, first: {names[0]}")
    line = f"{count['passed']} passed, {count['failed']} failed"
    if count["skipped"]:
        line += f", {count['skipped']} skipped"
    print(line)
    return 0 if count["failed"] == 0 and count["passed"] > 0 else 1


sys.exit(main())
