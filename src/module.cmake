# One target a module. `millwright_module(NAME ...)` makes the library millwright::NAME from src/NAME/**.cpp with its public headers
# under include/millwright/NAME, and, where tests/unit/NAME exists, the test program NAME_tests.
#
#   millwright_module(plant
#       PUBLIC core                               # modules and packages that its public headers use
#       PRIVATE ZLIB::ZLIB)                       # what only its sources use
#
# GPU: its tests draw (see millwright_test). Words without "::" are modules of ours. tests/architecture checks that includes follow what is declared here.

find_package(GTest REQUIRED)
include(GoogleTest)

if(MILLWRIGHT_SANITIZE)
    # What ctest hands to every test: reports then name functions and lines, and a Vulkan driver that is unloaded no longer makes
    # what it keeps for good look leaked. A file that ctest reads first, as CMake has no other way to say this once for all tests.
    find_program(MILLWRIGHT_SYMBOLIZER llvm-symbolizer HINTS /usr/lib/llvm-19/bin REQUIRED)
    cmake_path(GET MILLWRIGHT_SYMBOLIZER PARENT_PATH symbolizerFolder)
    file(WRITE ${PROJECT_BINARY_DIR}/sanitizer_environment.cmake "set(ENV{PATH} \"${symbolizerFolder}:\$ENV{PATH}\")\n"
         "set(ENV{UBSAN_OPTIONS} print_stacktrace=1)\n" "set(ENV{VK_LOADER_DISABLE_DYNAMIC_LIBRARY_UNLOADING} 1)\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${PROJECT_BINARY_DIR}/sanitizer_environment.cmake)
endif()

# Precompiled once, reused by every target: the standard library and GLM, which nearly every file needs.
add_library(millwright_pch STATIC ${CMAKE_CURRENT_LIST_DIR}/pch.cpp)
target_precompile_headers(millwright_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/pch.hpp)

function(millwright_link target visibility)
    foreach(name IN LISTS ARGN)
        if(name MATCHES "::" OR TARGET ${name})
            target_link_libraries(${target} ${visibility} ${name})
        else()
            target_link_libraries(${target} ${visibility} millwright::${name})
        endif()
    endforeach()
endfunction()

function(millwright_module name)
    cmake_parse_arguments(arg "GPU" "" "PUBLIC;PRIVATE;TEST" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/millwright/${name}/*.hpp)
    add_library(millwright_${name} STATIC ${sources})
    add_library(millwright::${name} ALIAS millwright_${name})
    target_sources(millwright_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
    # Every public header must compile on its own: part of the default build.
    set_target_properties(millwright_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_include_directories(millwright_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_precompile_headers(millwright_${name} REUSE_FROM millwright_pch)
    if(MILLWRIGHT_FUZZ) # what the fuzzers steer by
        target_compile_options(millwright_${name} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
    millwright_link(millwright_${name} PUBLIC ${arg_PUBLIC})
    millwright_link(millwright_${name} PRIVATE ${arg_PRIVATE})
    if(MILLWRIGHT_TESTS AND EXISTS ${PROJECT_SOURCE_DIR}/tests/unit/${name})
        file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${name}/*.cpp)
        set(gpu)
        if(arg_GPU)
            set(gpu GPU)
        endif()
        millwright_test(${name}_tests ${gpu} SOURCES ${tests} LINK ${name} ${arg_TEST})
    endif()
endfunction()

# Where tests find the checkout and the build: the only object file of a test that differs between checkouts.
if(MILLWRIGHT_TESTS)
    add_library(millwright_test_folders OBJECT ${PROJECT_SOURCE_DIR}/tests/support/folders.cpp)
    target_include_directories(millwright_test_folders PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(millwright_test_folders PRIVATE
        MILLWRIGHT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" MILLWRIGHT_BINARY_DIR="${PROJECT_BINARY_DIR}")
endif()

# A GoogleTest program. GPU: its cases draw, so they take turns (ctest resource lock) and run on the CPU Vulkan driver with validation.
function(millwright_test name)
    cmake_parse_arguments(arg "GPU" "TIMEOUT" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_precompile_headers(${name} REUSE_FROM millwright_pch)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${name} PRIVATE GTest::gmock GTest::gtest_main)
    target_link_libraries(${name} PRIVATE millwright_test_folders)
    millwright_link(${name} PRIVATE ${arg_LINK})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(MILLWRIGHT_SANITIZE)
        math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 5")
    endif()
    set(properties TIMEOUT ${arg_TIMEOUT})
    if(arg_GPU)
        list(APPEND properties RESOURCE_LOCK gpu)
    endif()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_TYPES NO_PRETTY_VALUES PROPERTIES ${properties})
endfunction()

# A libFuzzer target over tests/fuzz/NAME.cpp; its committed corpus, tests/fuzz/corpus/NAME, also runs as a plain test in every build.
function(millwright_fuzz name)
    cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
    foreach(module IN LISTS arg_LINK)
        if(NOT TARGET millwright::${module}) # a build of some modules only
            return()
        endif()
    endforeach()
    add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cpp)
    millwright_link(fuzz_${name} PRIVATE ${arg_LINK})
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    if(MILLWRIGHT_FUZZ)
        target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz.${name} COMMAND fuzz_${name} -max_total_time=20 -rss_limit_mb=2048 -timeout=10
                 ${CMAKE_CURRENT_BINARY_DIR}/corpus-${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
        file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/corpus-${name})
    else()
        target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_corpus.cpp)
        add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    endif()
endfunction()
