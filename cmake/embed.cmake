# SPDX-License-Identifier: Apache-2.0
cmake_minimum_required(VERSION 3.25)
# Writes a C++ file that defines the bytes of a file as a string view. Usage:
# cmake -DINPUT=FILE -DOUTPUT=FILE.cc -DHEADER=header.h -DNAME=namespace::kName -P embed.cmake
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
string(REGEX REPLACE "((\\\\x..)(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?)"
       "    \"\\1\"\n" bytes "${bytes}")
file(SIZE ${INPUT} size)
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"#include \"@HEADER@\"

const std::string_view @NAME@ {
@bytes@    , @size@};
")
