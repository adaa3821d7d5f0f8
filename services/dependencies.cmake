# Every library that Hark stands on, named once. Components link the names defined here.
# The Debian packages that carry them are listed in deploy/packages.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

option(HARK_FUZZ "Build the fuzz targets" OFF)
set(HARK_SANITIZE "" CACHE STRING "Value of -fsanitize= for every translation unit")

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers)
if(HARK_SANITIZE)
  # function: clang's check cannot be compiled into coroutines.
  add_compile_options(-fsanitize=${HARK_SANITIZE})
  add_link_options(-fsanitize=${HARK_SANITIZE})
  if(HARK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=function -fno-sanitize-recover=undefined)
  endif()
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(gmime REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)

find_package(GTest QUIET)
find_package(benchmark QUIET)

# Debian's libphonenumber-dev would remove Boost 1.81, so deploy/packages unpacks its headers here.
set(HARK_UNPACKED ${CMAKE_SOURCE_DIR}/build/deps)
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${HARK_UNPACKED}/usr/include)
target_link_libraries(phonenumber INTERFACE -l:libphonenumber.so.8 protobuf::libprotobuf)

add_library(cld2 INTERFACE)
target_link_libraries(cld2 INTERFACE -lcld2)

# Asio and Beast are compiled once each (base/async/asio_impl.cc, base/web/beast_impl.cc).
add_library(hark_boost INTERFACE)
target_compile_definitions(hark_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(hark_boost INTERFACE Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
