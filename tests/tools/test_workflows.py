"""What runs on GitHub: only a site whose tests have passed is published, and every command is one we have."""

import re

import pytest
import yaml


@pytest.fixture(scope="module")
def jobs(root):
    """(workflow, job) → what the job says."""
    return {
        (path.stem, name): job
        for path in sorted(root.glob(".github/workflows/*.yml"))
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
    }


def uses(job, action):
    return any(step.get("uses", "").startswith(action) for step in job["steps"])


def test_only_what_passed_the_tests_is_published(jobs):
    assert [key for key, job in jobs.items() if uses(job, "actions/deploy-pages")] == [("tests", "publish")]
    publish, test = jobs["tests", "publish"], jobs["tests", "test"]
    assert publish["needs"] == "test"
    assert "refs/heads/main" in publish["if"]
    # What is published is what the tests saw, not another build.
    assert uses(test, "actions/upload-pages-artifact") and not uses(publish, "actions/checkout")
    names = [step.get("run") or step["uses"] for step in test["steps"]]
    assert names.index(".ci/run") < [name.startswith("actions/upload-pages") for name in names].index(True)


def test_the_branch_of_notebooks_is_pushed_from_main_by_one_job(jobs):
    publish, test = jobs["tests", "publish"], jobs["tests", "test"]
    writers = [key for key, job in jobs.items() if job.get("permissions", {}).get("contents") == "write"]
    assert writers == [("tests", "publish")]
    [kept] = [step for step in test["steps"] if step.get("with", {}).get("path") == "_build/notebooks"]
    [taken] = [step for step in publish["steps"] if step.get("uses", "").startswith("actions/download-artifact")]
    assert kept["with"]["name"] == taken["with"]["name"] and kept["with"]["include-hidden-files"]
    assert "refs/heads/main" in kept["if"]
    pushes = [step for step in publish["steps"] if "git push" in step.get("run", "")]
    assert len(pushes) == 1 and pushes[0]["run"].strip().endswith("notebooks")
    # The install cells take the wheel from the site, so the site comes first.
    order = [step.get("uses", "") or step["run"] for step in publish["steps"]]
    assert order.index("actions/deploy-pages@v5") < order.index(pushes[0]["run"])


def test_tests_run_on_each_python_we_support(jobs):
    assert jobs["tests", "test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_weekly_runs_the_slow_tests_and_opens_an_issue(jobs):
    runs = "\n".join(step.get("run", "") for step in jobs["weekly", "newest"]["steps"])
    assert "pytest -q -m weekly" in runs and "gh issue create" in runs


def test_commands_are_ours(jobs, root):
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    runs = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    named = {target for run in runs for target in re.findall(r"\bmake (\w+)", run)}
    assert named and named <= targets
    assert all((root / script).exists() for run in runs for script in re.findall(r"(?:^|\s)(\.ci/\S+)", run))
