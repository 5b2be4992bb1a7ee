# SPDX-License-Identifier: Apache-2.0
"""Checks the language of comments, texts and pages: plain, present-tense
technical English, where a machine can tell.

Extend BEGINNINGS and WORDS when another puzzle shows up in a review.
"""
import re

# These have the words because they are about them.
EXAMPLES = ('test/tidy/words.py', 'test/tidy/check_test.py')

# A comment begins with a verb or a noun, not with a question.
BEGINNINGS = [
    (re.compile(r'(Whether|What|Whose|Whom|Who)\b'),
     'begin with a verb: "Returns ...", "Holds ..."'),
    (re.compile(r'(That|Those) (which|who|of|that)\b'), 'begin with a verb or the noun'),
    (re.compile(r'Of\b'), 'begin with the subject'),
]

# Words that have a plainer one. The left side is matched without regard to case.
WORDS = [(re.compile(rf'\b(?:{pattern})\b', re.IGNORECASE), instead) for pattern, instead in [
    (r'whoever|whomever', 'caller, client'),
    (r'shall', 'must, or the present tense'),
    (r'thereby|therein|thereof|whereof|hereby|hitherto|lest', 'by this, in it, of it'),
    (r'that which|those which', 'the noun'),
    (r'patience', 'timeout, deadline'),
    (r'(?:gives?|gave|giving) way', 'yield'),
    (r'pass(?:es|ed|ing)? over', 'skip, ignore'),
    (r'there (?:is|are|was|were) none', 'name the noun: "no device"'),
    (r'(?:is|are|was|were) none', 'name the noun, or "is missing"'),
    (r'(?:is|are) not one', 'invalid'),
    (r'(?:is|are|was|were) to be', 'must be, or the present tense'),
    (r'(?:is|are) about to (?:stop|end)', 'shuts down, drains'),
    (r'lets? go of|letting go of', 'unlock, release'),
    (r'(?:holds?|held|holding) back', 'wait for, delay'),
    (r'whom (?:it|they) belongs? to', 'owner, holder of the claim'),
    (r'(?:who|what) (?:comes|came)', 'caller, request, or the noun'),
    (r'what (?:it|they|a client|a peer) speaks?', 'the protocol'),
    (r'what names (?:it|them)', 'identifier, key'),
    (r'not more than', 'at most'),
    (r'not less than', 'at least'),
    (r'for it is|for they are', 'because'),
    (r'anew', 'again'),
    (r'for ever', 'permanently'),
]]

COMMENT_SIGN = {'.cc': '//', '.h': '//', '.js': '//', '.mjs': '//', '.ts': '//', '.tsx': '//',
                '.go': '//', '.java': '//', '.proto': '//', '.py': '#', '.cmake': '#', '.txt': '#',
                '.sh': '#', '.toml': '#', '.service': '#', '.sql': '--'}
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
CODE_SPAN = re.compile(r'`[^`]*`')
# Precedes the text of a list item or a quotation.
MARKER = re.compile(r'^\s*(?:(?:[-*>]|\d+\.)\s+)*')


def check(tree):
    for path in tree.paths:
        if path not in EXAMPLES and has_words(path):
            for number, text in violations(path, tree.read(path)):
                tree.note(path, number, text)


def has_words(path):
    if path.endswith('.txt') and not path.endswith('CMakeLists.txt'):
        return False
    return path.endswith('.md') or comment_sign(path) is not None


def comment_sign(path):
    name = path.rsplit('/', 1)[-1]
    if '.' in name:
        return COMMENT_SIGN.get('.' + name.rsplit('.', 1)[1])
    return '#' if path.startswith(('scripts/', '.ci/')) or name in ('run', 'Makefile') else None


def violations(path, text):
    """Yields (line, text) of the first violation of each line."""
    lines = text.splitlines()
    for number, line, begins in (prose(lines) if path.endswith('.md') else
                                 comments(lines, comment_sign(path))):
        found = violation(line, begins)
        if found:
            yield number, found


def violation(line, begins):
    for pattern, advice in BEGINNINGS if begins else []:
        match = pattern.match(line)
        if match:
            return f'a text begins with "{match.group(0)}": {advice}'
    for pattern, instead in WORDS:
        match = pattern.search(line)
        if match:
            return f'"{match.group(0)}": say {instead}'
    return None


def comments(lines, sign):
    """Yields (number, text, True if a comment begins here) of comments and string literals."""
    in_comment = False
    for number, line in enumerate(lines, 1):
        code, at, comment = line.partition(sign)
        if at and not code.strip():
            yield number, comment.lstrip('/#!').strip(), not in_comment
            in_comment = bool(comment.strip()) and 'SPDX-License' not in comment
            continue
        in_comment = False
        for literal in STRING.findall(line):
            yield number, literal, False
        if at and code.endswith('  ') and code.count('"') % 2 == 0:
            yield number, comment.strip(), True


def prose(lines):
    """Yields (number, text, True if a paragraph or a list item begins here) of a page, without
    its blocks and spans of code."""
    in_code = False
    before = ''
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith('```'):
            in_code = not in_code
        elif not in_code:
            text = MARKER.sub('', line)
            begins = text != line or not before.strip() or before.startswith(('#', '```'))
            yield number, CODE_SPAN.sub('', text), begins and not line.startswith('#')
        before = line
