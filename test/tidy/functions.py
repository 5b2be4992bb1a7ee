# SPDX-License-Identifier: Apache-2.0
"""Checks the length of functions: of C++, and of the portal's TypeScript.

The reader knows braces, comments and literals, and no more of C++. A brace
opens a function if a parameter list precedes it; lambdas and local classes
count to the function that holds them.
"""
import re

from tree import line_of

FUNCTION_LINES = 60
COMPONENT_LINES = 120  # most of a component is markup, which has few branches

LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'"
    r'|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', re.DOTALL | re.MULTILINE)
SCOPE = re.compile(r'^\s*(?:extern\b|(?:inline\s+)?namespace\b|(?:template\s*<.*>\s*)?'
                   r'(?:class|struct|union|enum)\b[^()]*(?:\([^()]*\)[^()]*)?$)', re.DOTALL)
# Matches the text from the end of a parameter list to the function's body.
BODY = re.compile(r'\)\s*(?:const|noexcept|override|final|mutable|volatile|&&?|try|'
                  r'ABSL_\w+|ZT_\w+|\([^()]*\)|->\s*[\w:<>,*&\s]+|\s)*$')
# The initialisers of a constructor, up to the brace of its body.
INITIALIZERS = re.compile(r'\)\s*(?:noexcept\s*)?:\s+\w.*[)}]\s+$', re.DOTALL)
COMPONENT = re.compile(r'^(?:export )?(?:async )?function (\w+).*?^\}$', re.DOTALL | re.MULTILINE)
NAME = re.compile(r'([~\w:]+)\s*\(')


def check(tree):
    for path in tree.code():
        for line, name, length in functions(tree.read(path)):
            if length > FUNCTION_LINES:
                tree.note(path, line, f'{name} has {length} lines, more than {FUNCTION_LINES}: '
                          'split it by what it does')


def check_components(tree, path):
    """Checks a file of the portal, in which only a function's last brace is alone at the margin."""
    for match in COMPONENT.finditer(tree.read(path)):
        length = match.group(0).count('\n') + 1
        if length > COMPONENT_LINES:
            tree.note(path, line_of(tree.read(path), match.start()),
                      f'{match.group(1)} has {length} lines, more than {COMPONENT_LINES}: '
                      'split it by what it does')


def blanked(code):
    """Returns `code` with comments, literals and directives replaced by spaces."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return LITERAL.sub(blank, code)


def functions(code):
    """Yields (line, name, lines) of each function, from its first line to its last brace."""
    code = blanked(code)
    begin = 0  # of the declaration that is being read
    kinds = []  # of the open braces
    for match in re.finditer(r'[{};]|\b(?:public|private|protected)\s*:(?!:)', code):
        sign, at = match.group(0), match.start()
        in_function = 'function' in kinds
        if sign == '{':
            kinds.append(kind_of_brace(code[begin:at]) if not in_function else 'block')
            if kinds[-1] == 'scope':
                begin = match.end()
        elif sign == '}':
            kind = kinds.pop() if kinds else 'scope'
            if kind == 'function':
                yield describe(code, begin, at)
            if kind == 'function' or kind == 'scope':
                begin = match.end()
        elif not in_function and 'value' not in kinds:
            begin = match.end()


def kind_of_brace(head):
    """`head` is the declaration up to the brace. A value is what `= {` or `member_{` opens."""
    if SCOPE.match(head):
        return 'scope'
    if BODY.search(head) or (INITIALIZERS.search(head) and head[-1:].isspace()):
        return 'function'
    return 'value'


def describe(code, begin, end):
    begin += len(code[begin:end]) - len(code[begin:end].lstrip())
    name = NAME.search(code, begin, end)
    return (code.count('\n', 0, begin) + 1, name.group(1) if name else '?',
            code.count('\n', begin, end) + 1)
