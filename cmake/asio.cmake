# SPDX-License-Identifier: Apache-2.0
# zt_asio: compiles once the parts of Asio and Beast that can be compiled
# separately, instead of in every file that includes them.
set(source ${PROJECT_BINARY_DIR}/generated/asio.cc)
file(CONFIGURE OUTPUT ${source} CONTENT
"#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
")
add_library(zt_asio STATIC ${source})
target_compile_definitions(zt_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(zt_asio PUBLIC Boost::headers OpenSSL::SSL Threads::Threads)
target_compile_options(zt_asio PRIVATE -w)
