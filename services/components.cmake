# One function makes a component out of a folder: its library, its tests, its fuzz targets and its benchmarks.
# The suffix of a file is the contract (DESIGN: file names):
#   x.cc library · x_test.cc unit test · x_redistest.cc needs a real Redis · x_bench.cc benchmark · x_fuzz.cc fuzz target

include(GoogleTest)

# What CI builds where it does not need everything: what ctest runs; of that, what TSan judges (Debian's gRPC is not
# instrumented, so only what lies below it); the fuzz targets.
add_custom_target(unit_tests)
add_custom_target(tests_below_rpc)
add_custom_target(fuzz_targets)

# hark_component(<folder below services> [DEPS <targets>] [TEST_DEPS <targets>] [MODULE_DEPS <targets>])
# services/routing/core becomes the target hark::routing_core; sources are every .cc in that folder alone.
# module.cc wires a service to its edges, so it stands above both: hark::routing_module, with MODULE_DEPS.
function(hark_component folder)
  cmake_parse_arguments(arg "" "" "DEPS;TEST_DEPS;MODULE_DEPS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  set(dir ${CMAKE_SOURCE_DIR}/services/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(library ${sources})
  list(FILTER library EXCLUDE REGEX "(_(test|redistest|bench|fuzz)|/module)\\.cc$")

  if(library)
    add_library(hark_${name} STATIC ${library})
    target_include_directories(hark_${name} PUBLIC ${CMAKE_SOURCE_DIR}/services)
    target_link_libraries(hark_${name} PUBLIC ${arg_DEPS})
  else()
    add_library(hark_${name} INTERFACE)
    target_include_directories(hark_${name} INTERFACE ${CMAKE_SOURCE_DIR}/services)
    target_link_libraries(hark_${name} INTERFACE ${arg_DEPS})
  endif()
  add_library(hark::${name} ALIAS hark_${name})

  if(EXISTS ${dir}/module.cc)
    add_library(hark_${name}_module STATIC ${dir}/module.cc)
    target_link_libraries(hark_${name}_module PUBLIC hark::${name} ${arg_MODULE_DEPS})
    add_library(hark::${name}_module ALIAS hark_${name}_module)
  endif()

  foreach(kind test redistest)
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_${kind}\\.cc$")
    if(tests AND GTest_FOUND AND NOT HARK_FUZZ)
      add_executable(${name}_${kind} ${tests})
      target_link_libraries(${name}_${kind} PRIVATE hark::${name} ${arg_TEST_DEPS} GTest::gmock GTest::gtest_main)
      add_dependencies(unit_tests ${name}_${kind})
      if(kind STREQUAL "test" AND NOT folder MATCHES "(rpc|web)$")
        add_dependencies(tests_below_rpc ${name}_${kind})
      endif()
      gtest_discover_tests(${name}_${kind} TEST_PREFIX "${folder}: " DISCOVERY_MODE PRE_TEST
                           PROPERTIES LABELS ${kind} TIMEOUT 300)
    endif()
  endforeach()

  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  if(benches AND benchmark_FOUND AND NOT HARK_FUZZ)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE hark::${name} ${arg_TEST_DEPS} benchmark::benchmark_main)
  endif()

  # Every fuzz target also runs its corpus as an ordinary test in every other build, so that a found crash stays found.
  set(fuzzers ${sources})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  if(NOT GTest_FOUND AND NOT HARK_FUZZ)
    set(fuzzers "")  # a machine that only runs Hark has nothing to test with
  endif()
  foreach(source ${fuzzers})
    get_filename_component(target ${source} NAME_WE)
    set(target ${name}_${target})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE hark::${name} ${arg_TEST_DEPS})
    add_dependencies(fuzz_targets ${target})
    add_dependencies(unit_tests ${target})
    string(REGEX REPLACE "_fuzz\\.cc$" "" stem ${source})
    if(HARK_FUZZ)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
      add_test(NAME "${folder}: ${target}" COMMAND ${target} -max_total_time=20 -timeout=10 -rss_limit_mb=4096 ${CMAKE_BINARY_DIR}/corpus/${target} ${stem}_corpus)
      file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${target})
    else()
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/services/base/testing/run_corpus.cc)
      add_test(NAME "${folder}: ${target} corpus" COMMAND ${target} ${stem}_corpus)
    endif()
  endforeach()
endfunction()

# Embeds every file of the list as `extern const std::string_view <identifier>` in namespace <ns>.
# hark_embed(<target> <namespace> <header> FILES <files>)
function(hark_embed target namespace header)
  cmake_parse_arguments(arg "" "" "FILES" ${ARGN})
  get_filename_component(stem ${header} NAME_WE)
  set(out ${CMAKE_BINARY_DIR}/embedded/${target}_${stem}.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} -DHEADER=${header} "-DFILES=${arg_FILES}"
            -P ${CMAKE_SOURCE_DIR}/services/embed.cmake
    DEPENDS ${arg_FILES} ${CMAKE_SOURCE_DIR}/services/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
