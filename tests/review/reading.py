"""A strict eye on a page: its tags with their attributes, its words, its styles, and whether tags close in order."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Every tag with its attributes, and the text of the page outside style."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.styles, self.open, self.balance = [], [], [], [], True
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.balance &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        (self.styles if self.open and self.open[-1] == "style" else self.words).append(data)
