# A service's web page: TypeScript and CSS below <service>/page, bundled by esbuild and embedded in the binary.
#   x.ts x.tsx x.css the page · x_test.ts its unit tests, run by Node.js · types of the frames: import type {...} from "hark/v1"
# The npm packages are those of package.json, in the versions of package-lock.json, installed once into node_modules.

find_program(HARK_NODE NAMES node nodejs REQUIRED DOC "Node.js, for the pages: package nodejs")
find_program(HARK_NPM NAMES npm REQUIRED DOC "npm, for the pages: package npm")

set(page_packages ${CMAKE_SOURCE_DIR}/node_modules/.installed)
add_custom_command(OUTPUT ${page_packages}
  COMMAND ${CMAKE_COMMAND} -DNPM=${HARK_NPM} -DROOT=${CMAKE_SOURCE_DIR} -P ${CMAKE_SOURCE_DIR}/services/npm_packages.cmake
  DEPENDS ${CMAKE_SOURCE_DIR}/package.json ${CMAKE_SOURCE_DIR}/package-lock.json COMMENT "npm packages" USES_TERMINAL VERBATIM)
add_custom_target(hark_page_packages DEPENDS ${page_packages})

# What runs one of the packages' programs.
set(page_esbuild ${HARK_NODE} ${CMAKE_SOURCE_DIR}/node_modules/esbuild/bin/esbuild)
set(page_tsc ${HARK_NODE} ${CMAKE_SOURCE_DIR}/node_modules/typescript/bin/tsc)

# hark_page(<service> <target> <namespace> <header> ENTRIES <x.tsx y.css ...> FILES <index.html ...>)
# Bundles every entry with all that it imports into one x.js or y.css, and embeds these (x_js, and compressed by gzip as x_js_gz)
# and the files in the target (hark_embed).
function(hark_page service target namespace header)
  cmake_parse_arguments(arg "" "" "ENTRIES;FILES" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/services/${service}/page)
  set(out ${CMAKE_BINARY_DIR}/page/${service})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.ts ${dir}/*.tsx ${dir}/*.css)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.tsx?$")
  list(FILTER sources EXCLUDE REGEX "_test\\.tsx?$")

  set(bundles "")
  foreach(entry ${arg_ENTRIES})
    string(REGEX REPLACE "\\.tsx?$" ".js" bundle ${entry})
    list(APPEND bundles ${out}/${bundle})
  endforeach()
  set(compressed ${bundles})
  list(TRANSFORM compressed APPEND .gz)
  add_custom_command(OUTPUT ${bundles} ${compressed}
    COMMAND ${page_esbuild} ${arg_ENTRIES} --bundle --minify --format=iife --target=chrome110,firefox115,safari16.4 --charset=utf8
            --legal-comments=none --tsconfig=${CMAKE_SOURCE_DIR}/tsconfig.json --outdir=${out} --log-level=warning
    COMMAND ${HARK_NODE} ${CMAKE_SOURCE_DIR}/services/gzip.mjs ${bundles}
    WORKING_DIRECTORY ${dir}
    DEPENDS ${sources} ${page_packages} hark_page_packages ${CMAKE_SOURCE_DIR}/tsconfig.json
            ${CMAKE_SOURCE_DIR}/services/gzip.mjs VERBATIM)
  add_custom_target(hark_${service}_page DEPENDS ${bundles})
  add_dependencies(${target} hark_${service}_page)
  list(TRANSFORM arg_FILES PREPEND ${dir}/)
  hark_embed(${target} ${namespace} ${header} FILES ${bundles} ${compressed} ${arg_FILES})

  if(tests)
    set(bundled_tests "")
    foreach(test ${tests})
      file(RELATIVE_PATH test ${dir} ${test})
      string(REGEX REPLACE "\\.tsx?$" ".mjs" test ${test})
      list(APPEND bundled_tests ${out}/tests/${test})
    endforeach()
    add_custom_command(OUTPUT ${bundled_tests}
      COMMAND ${page_esbuild} ${tests} --bundle --platform=node --format=esm --target=node18 --sourcemap=inline --out-extension:.js=.mjs
              --loader:.css=text --tsconfig=${CMAKE_SOURCE_DIR}/tsconfig.json --outbase=${dir} --outdir=${out}/tests --log-level=warning
      DEPENDS ${sources} ${tests} ${page_packages} hark_page_packages ${CMAKE_SOURCE_DIR}/tsconfig.json VERBATIM)
    add_custom_target(hark_${service}_page_tests ALL DEPENDS ${bundled_tests})
    add_dependencies(unit_tests hark_${service}_page_tests)
    add_test(NAME "${service}/page: tests" COMMAND ${HARK_NODE} --enable-source-maps --test ${bundled_tests})
    set_tests_properties("${service}/page: tests" PROPERTIES LABELS test TIMEOUT 120)
  endif()
endfunction()

# After every hark_page: the types of the frames, and one type check of all pages.
function(hark_page_types)
  get_property(descriptors GLOBAL PROPERTY HARK_DESCRIPTORS)
  set(types ${CMAKE_BINARY_DIR}/page/hark_v1.ts)
  set(generator ${CMAKE_SOURCE_DIR}/proto/typescript.mjs)
  add_custom_command(OUTPUT ${types} COMMAND ${HARK_NODE} ${generator} ${descriptors} ${types}
    DEPENDS ${descriptors} hark_descriptors ${generator} VERBATIM)
  add_custom_target(hark_page_types ALL DEPENDS ${types} ${page_packages} hark_page_packages)
  # Editors take the types of any build (tsconfig.json); the test takes those of its own.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/page/tsconfig.json @ONLY CONTENT [[
{
  "extends": "@CMAKE_SOURCE_DIR@/tsconfig.json",
  "compilerOptions": {"paths": {"hark/v1": ["./hark_v1.ts"]}, "typeRoots": ["@CMAKE_SOURCE_DIR@/node_modules/@types"]},
  "include": ["@CMAKE_SOURCE_DIR@/services/*/page/**/*", "@CMAKE_SOURCE_DIR@/tests/browser/**/*",
              "@CMAKE_SOURCE_DIR@/tests/load/*.ts"]
}
]])
  add_dependencies(unit_tests hark_page_types)
  add_test(NAME "page: types" COMMAND ${page_tsc} --noEmit -p ${CMAKE_BINARY_DIR}/page/tsconfig.json)
  set_tests_properties("page: types" PROPERTIES LABELS test TIMEOUT 120)
endfunction()
