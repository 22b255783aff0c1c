"""The layout engine knows bundled assets and nothing else."""

import ctypes
import gc
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ImproperlyConfigured

from connective.pdf import engine

STYLESHEET = "official.css"


@pytest.fixture
def strangers_server() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes who calls."""
    calls: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", calls
    server.shutdown()
    thread.join()


def test_even_markup_that_slips_through_fetches_no_host_and_no_file(
    strangers_server: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, calls = strangers_server
    secret = tmp_path / "secret.txt"
    secret.write_text("very-secret")
    html = f"""<html lang="de"><head><title>t</title><link rel="stylesheet" href="{address}/a.css">
        <link rel="attachment" href="{secret.as_uri()}"><style>@import url({address}/b.css);
        @font-face {{ font-family: x; src: url({address}/c.woff2) }} p {{ background: url({address}/d.png) }}</style></head>
        <body><p>Text</p><img alt="" src="{address}/e.png"><img alt="" src="{secret.as_uri()}"><object data="{address}/f">
        </object></body></html>"""
    pdf = engine.write(engine.layout(html, STYLESHEET), identifier=b"test")
    assert calls == []
    assert b"very-secret" not in pdf
    (tmp_path / "made.pdf").write_bytes(pdf)
    with pikepdf.open(tmp_path / "made.pdf") as made:
        assert len(made.attachments) == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://example.org/", "data:text/plain,x", "portal-font:../x", "x"]
)
def test_the_fetcher_refuses_all_but_bundled_assets_with_value_error(url: str) -> None:
    with pytest.raises(ValueError, match="bundled"):
        engine._fetcher().fetch(url)


def test_a_letter_that_only_a_system_font_has_pulls_in_no_system_font(tmp_path: Path) -> None:
    html = '<html lang="de"><head><title>t</title></head><body><p style="font-family: DejaVu Sans">♞ Text</p></body></html>'
    path = tmp_path / "made.pdf"
    path.write_bytes(engine.write(engine.layout(html, STYLESHEET), identifier=b"test"))
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    names = {line.split()[0].split("+")[-1] for line in listed.splitlines()[2:]}
    assert names
    assert all(name.startswith(("Fira", "Noto", "Portal")) for name in names)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc tells what is allocated")
@pytest.mark.parametrize("stylesheet", ["letter.css", "minutes.css", "official.css", "paper.css"])
def test_a_layout_keeps_no_memory(stylesheet: str) -> None:
    html = f"""<html lang="de"><head><title>t</title></head><body><h1>Titel</h1><p>{"Ein <strong>langer</strong> Text. " * 20}</p>
        <ul><li>eins</li><li>zwei</li></ul><ol><li>eins</li><li>zwei</li></ol></body></html>"""

    def allocated_after(layouts: int) -> int:
        for _ in range(layouts):
            engine.layout(html, stylesheet)
        gc.collect()
        return _allocated()

    before = allocated_after(50)
    assert (allocated_after(100) - before) / 100 < 100  # bytes each; a forgotten list of attributes has 300


def _allocated() -> int:
    """Return how many bytes outside of Python's own memory are in use."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    fields = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")
    kind = type("Mallinfo", (ctypes.Structure,), {"_fields_": [(name, ctypes.c_size_t) for name in fields]})
    mallinfo.restype = kind
    found = mallinfo()
    return int(found.uordblks + found.hblkhd)


def test_child_processes_keep_the_fonts_of_the_system() -> None:
    engine.warm_up(STYLESHEET)
    assert "FONTCONFIG_FILE" not in os.environ


def test_the_fingerprint_is_the_same_for_the_same_stylesheet() -> None:
    assert engine.fingerprint(STYLESHEET) == engine.fingerprint(STYLESHEET)


def test_a_missing_font_is_an_error_and_not_another_layout(settings: Any, tmp_path: Path) -> None:
    settings.FONTS_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match="missing"):
        engine._font_configuration.__wrapped__()
