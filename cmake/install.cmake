# SPDX-License-Identifier: Apache-2.0
# cmake --install BUILD [--component programs|client] --prefix DIR
#
# programs: zerotouchd and zerotouch. client: only the C++ client library. A
# project calls find_package(OpenZeroTouchClient) and links OpenZeroTouch::client.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS zerotouchd zerotouch RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        COMPONENT programs)

set(include_dir ${CMAKE_INSTALL_INCLUDEDIR}/openzerotouch)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/OpenZeroTouchClient)
set_target_properties(zt_client PROPERTIES EXPORT_NAME client)
install(TARGETS zt_base zt_proto zt_crypto zt_json zt_client EXPORT OpenZeroTouchClient
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/openzerotouch COMPONENT client
        INCLUDES DESTINATION ${include_dir})
install(EXPORT OpenZeroTouchClient NAMESPACE OpenZeroTouch:: FILE Targets.cmake
        DESTINATION ${package_dir} COMPONENT client)
install(DIRECTORY src/client DESTINATION ${include_dir} COMPONENT client
        FILES_MATCHING PATTERN "*.h")
# The headers that the client's headers include.
install(FILES src/crypto/keys.h DESTINATION ${include_dir}/crypto COMPONENT client)
install(FILES src/base/mutex.h DESTINATION ${include_dir}/base COMPONENT client)
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/gen/ DESTINATION ${include_dir} COMPONENT client
        FILES_MATCHING PATTERN "*.h")

configure_package_config_file(cmake/OpenZeroTouchClientConfig.cmake.in
  ${PROJECT_BINARY_DIR}/OpenZeroTouchClientConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/OpenZeroTouchClientConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/OpenZeroTouchClientConfig.cmake
              ${PROJECT_BINARY_DIR}/OpenZeroTouchClientConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT client)
