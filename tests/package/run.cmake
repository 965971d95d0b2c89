# Builds and runs the consumer in a folder of its own:
#   cmake -DWAY=installed|folder|without ... -P run.cmake
# BUILD is the tree under test, WORK the folder to use, ARGUMENTS what both configure with.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  message(STATUS "${output}")
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${status}): ${command}")
  endif()
endfunction()

if(WAY STREQUAL "installed")
  file(REMOVE_RECURSE ${WORK})
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  # Moved, so that a path of the build that slipped into the package would be seen.
  file(RENAME ${WORK}/prefix ${WORK}/moved)
  run(${CMAKE_COMMAND} -S ${SOURCE}/tests/package/consumer -B ${WORK}/build ${ARGUMENTS} -DCMAKE_PREFIX_PATH=${WORK}/moved)
  file(GLOB_RECURSE package_files ${WORK}/moved/*.cmake)
  foreach(file ${package_files})
    file(READ ${file} text)
    foreach(place ${SOURCE} ${BUILD})
      string(FIND "${text}" "${place}" found)
      if(NOT found EQUAL -1)
        message(FATAL_ERROR "${file} names ${place}")
      endif()
    endforeach()
  endforeach()
elseif(WAY STREQUAL "folder")
  run(${CMAKE_COMMAND} --fresh -S ${SOURCE}/tests/package/consumer -B ${WORK}/build ${ARGUMENTS} -DSHOP_FOLDER=${SOURCE})
elseif(WAY STREQUAL "without")
  run(${CMAKE_COMMAND} --fresh -S ${SOURCE} -B ${WORK}/build ${ARGUMENTS} -DSHOP_TESTS=OFF -DSHOP_BENCH=OFF
      -D${COMPONENT}=OFF)
else()
  message(FATAL_ERROR "unknown way '${WAY}'")
endif()

# Paths in the tree are hashed as seen from its top, as script/test has it: what the tree under test has built is found.
set(ENV{CCACHE_BASEDIR} ${WORK}/build)
run(${CMAKE_COMMAND} --build ${WORK}/build -j ${JOBS})
if(NOT WAY STREQUAL "without")
  run(${CMAKE_COMMAND} -E chdir ${WORK} ${WORK}/build/till)
endif()
