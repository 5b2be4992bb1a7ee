#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manual pages of zerotouchd and zerotouch from their --help.

man_pages.py BIN OUT: runs BIN/zerotouchd and BIN/zerotouch, writes OUT/*.1. A page has
one part for each command, so that it changes with the program.
"""
import os
import pathlib
import re
import subprocess
import sys

PROGRAMS = {
    'zerotouchd': 'zero-touch enrolment service for Android devices',
    'zerotouch': 'command line of the Android Device Provisioning Partner API',
}
SEE_ALSO = {
    'zerotouchd': '.BR zerotouch (1)\n.PP\nSettings: /etc/zerotouch/zerotouchd.toml. '
                  'More pages: /usr/share/doc/zerotouchd/docs.',
    'zerotouch': '.BR zerotouchd (1)',
}
# An option or a command: its form, and its text on the same line or below.
ITEM = re.compile(r'^  (\S.*?)(?:  +(\S.*))?$')


def roff(text):
    """Returns text in which nothing is markup."""
    text = text.replace('\\', '\\e').replace('-', '\\-')
    return '\n'.join('\\&' + line if line[:1] in ('.', "'") else line for line in text.split('\n'))


def help_of(binary, words):
    # Without the variables of a user, which appear in the texts.
    environment = {'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8'}
    run = subprocess.run([binary, *words, '--help'], check=True, capture_output=True, text=True,
                         env=environment)
    return run.stdout


def split_help(text):
    """Returns the description, the usage, the sections and the notes at the end."""
    before, usage, after = text.partition('Usage: ')
    usage, _, after = after.partition('\n')
    sections, notes, current = [], [], None
    for line in after.split('\n'):
        if re.fullmatch(r'[A-Z][A-Za-z ]*:', line) and not ''.join(notes):
            current = []
            sections.append((line[:-1], current))
        elif current is not None and (line.startswith('  ') or not line):
            current.append(line)
        else:
            current = None
            notes.append(line)
    return before.strip('\n'), usage, sections, '\n'.join(notes).strip('\n')


def items(lines):
    """Returns pairs of form and text."""
    found = []
    for line in lines:
        match = ITEM.match(line)
        if match:
            found.append([match.group(1), match.group(2) or ''])
        elif line.strip() and found:
            found[-1][1] = (found[-1][1] + ' ' + line.strip()).strip()
    return found


def verbatim(text):
    return f'.nf\n{roff(text)}\n.fi\n' if text else ''


def commands_of(binary, words=()):
    """Yields each command with the parts of its help, in order."""
    parts = split_help(help_of(binary, words))
    yield words, parts
    for title, lines in parts[2]:
        if title == 'Subcommands':
            for names, _ in items(lines):
                # "create, add": the first is the name, the others are as good.
                yield from commands_of(binary, (*words, names.split(',')[0]))


def section(words, parts, program):
    description, usage, sections, notes = parts
    out = f'.SS {roff(" ".join((program, *words)))}\n' if words else ''
    out += verbatim(description) + '.PP\n' if description else ''
    out += f'.B {roff(usage)}\n' if words else ''
    for title, lines in sections:
        out += f'.PP\n{roff(title)}:\n'
        for form, text in items(lines):
            out += f'.TP\n.B {roff(form)}\n{roff(text) or "."}\n'
    return out + ('.PP\n' + verbatim(notes) if notes else '')


def page(program, binary):
    version = subprocess.run([binary, '--version'], check=True, capture_output=True,
                             text=True).stdout.strip()
    whole = list(commands_of(binary))
    out = f'.TH {program.upper()} 1 "" "OpenZeroTouch {version}" "User Commands"\n'
    out += f'.SH NAME\n{program} \\- {roff(PROGRAMS[program])}\n'
    out += f'.SH SYNOPSIS\n.B {roff(whole[0][1][1])}\n.SH DESCRIPTION\n'
    out += section((), whole[0][1], program)
    out += '.SH COMMANDS\n'
    for words, parts in whole[1:]:
        out += section(words, parts, program)
    return out + '.SH SEE ALSO\n' + SEE_ALSO[program] + '\n'


def main(bin_folder, out_folder):
    out = pathlib.Path(out_folder)
    out.mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        (out / f'{program}.1').write_text(page(program, os.path.join(bin_folder, program)))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit('usage: man_pages.py BIN OUT')
    main(*sys.argv[1:])
