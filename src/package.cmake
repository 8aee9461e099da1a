# What `./mw package` puts into the Debian package: the programs, the pilot plants to try them on, the documents.
install(DIRECTORY assets/plants DESTINATION share/millwright)
install(FILES README.md CHANGELOG.md DESTINATION share/doc/millwright)
install(DIRECTORY docs DESTINATION share/doc/millwright PATTERN images EXCLUDE)
install(FILES LICENSE DESTINATION share/doc/millwright RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The Millwright authors")
set(CPACK_PACKAGE_DESCRIPTION "Loads a plant's CAD, drives it from recorded sensor logs, and shows it on a desktop, in a headset or headless in CI.
 The pilot plants are in /usr/share/millwright/plants: try `millwright view /usr/share/millwright/plants/battery`.")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-inter, fonts-noto-cjk, mesa-vulkan-drivers")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/package_dependencies.cmake)
set(CPACK_MILLWRIGHT_PROGRAMS ${PROJECT_BINARY_DIR}/bin/millwright ${PROJECT_BINARY_DIR}/bin/millwright-import-worker)
include(CPack)
