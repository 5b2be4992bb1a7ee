# SPDX-License-Identifier: Apache-2.0
# zt_asio: compiles once the parts of Asio and Beast that can be compiled
# separately, instead of in every file that includes them. Of Beast only those of
# HTTP: its WebSocket and zlib take as long as everything else together.
set(source ${PROJECT_BINARY_DIR}/generated/asio.cc)
set(parts asio/impl/src.hpp)
foreach(part core/detail/impl/temporary_buffer core/impl/error core/impl/saved_handler core/impl/string
    http/detail/basic_parser http/detail/rfc7230 http/impl/basic_parser http/impl/error
    http/impl/field http/impl/fields http/impl/rfc7230 http/impl/status http/impl/verb)
  list(APPEND parts beast/${part}.ipp)
endforeach()
list(TRANSFORM parts REPLACE "(.+)" "#include <boost/\\1>\n")
string(JOIN "" parts ${parts})
file(CONFIGURE OUTPUT ${source} CONTENT "#define BOOST_BEAST_SOURCE\n${parts}")
add_library(zt_asio STATIC ${source})
target_compile_definitions(zt_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(zt_asio PUBLIC Boost::headers Threads::Threads)
target_compile_options(zt_asio PRIVATE -w)
