"""What `make scan` counts as a problem."""

from http.cookiejar import Cookie, CookieJar
from typing import Any

from django.urls import reverse

from tests import scan


def report(**found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {"vulnerabilities": {}, "anomalies": {}, "additionals": {}} | found


def finding(level: int, info: str = "Something", path: str = "/beleg/") -> dict[str, Any]:
    return {"level": level, "method": "GET", "path": path, "parameter": "reference", "info": info}


def test_all_that_is_more_than_information_is_a_problem_of_whatever_kind() -> None:
    found = report(
        vulnerabilities={"SQL Injection": [finding(4)], "Fingerprint": [finding(0)]},
        anomalies={"Internal Server Error": [finding(1)]},
        additionals={"Methods": [finding(0)], "Review": [finding(1)]},
    )
    assert list(scan.findings(found)) == [
        "SQL Injection: GET /beleg/ reference Something",
        "Internal Server Error: GET /beleg/ reference Something",
        "Review: GET /beleg/ reference Something",
    ]


def test_only_the_deleted_cookie_of_messages_may_be_without_flags() -> None:
    sentence = "HttpOnly flag is not set on the cookie '{}' set at 'http://127.0.0.1/'"
    cookies = [finding(1, sentence.format(name)) for name in ("messages", "sessionid")]
    problems = list(scan.findings(report(vulnerabilities={"HttpOnly Flag cookie": cookies})))
    assert len(problems) == 1
    assert "sessionid" in problems[0]


def test_only_the_pages_that_show_a_pdf_may_let_in_objects() -> None:
    paths = [
        reverse("review:file", args=[7]),
        reverse("review:answer", args=[7, 8]),
        reverse("review:letters", args=[7]),
    ]
    policies = [finding(1, "CSP attribute object-src is not safe", path) for path in paths]
    problems = list(scan.findings(report(vulnerabilities={"Content Security Policy Configuration": policies})))
    assert len(problems) == 1
    assert paths[2] in problems[0]


def test_errors_in_the_log_are_problems_and_refusals_are_none() -> None:
    begin = "2026-11-30 12:00:00,000 {} connective.requests [0123456789abcdef] "
    lines = [
        begin.format("INFO") + "POST submissions:section 403 in 5 ms",
        begin.format("ERROR") + "POST submissions:section failed",
        begin.format("WARNING") + "POST submissions:section 500 in 5 ms",
        "  Starting worker and web server ...",
    ]
    assert list(scan.errors(lines)) == [f"the log: {lines[1]}", f"the log: {lines[2]}"]


def test_cookies_are_handed_to_wapiti_by_host_path_and_name() -> None:
    jar = CookieJar()
    host = ("127.0.0.1", False, False)
    jar.set_cookie(Cookie(0, "sessionid", "abc", None, False, *host, "/", True, False, None, True, None, None, {}))
    kept = scan.as_wapiti_reads_them(jar)
    assert kept["127.0.0.1"]["/"]["sessionid"]["value"] == "abc"
