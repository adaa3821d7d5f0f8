# Installs the npm packages that package-lock.json names, unless exactly these are there already: then it needs no network.
# Packages run no scripts of their own.
set(marker ${ROOT}/node_modules/.installed)
file(SHA256 ${ROOT}/package-lock.json wanted)
set(installed "")
if(EXISTS ${marker})
  file(READ ${marker} installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(
    COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
    WORKING_DIRECTORY ${ROOT} OUTPUT_QUIET RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "`npm ci` failed in ${ROOT}. It needs the npm registry once; a copy of node_modules does as well.")
  endif()
endif()
file(WRITE ${marker} ${wanted})
