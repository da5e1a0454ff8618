"""define.html: a define.xml as one page that needs no stylesheet, no network and no server."""

from converters.define.page.render import define_page, write_page

__all__ = ["define_page", "write_page"]
