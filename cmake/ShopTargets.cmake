# What every target of the project has in common. Nothing here leaks to those who link the library.
include(GNUInstallDirs)

# The libraries of this build; ShopInstall installs them.
set_property(GLOBAL PROPERTY SHOP_COMPONENTS "")

function(shop_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With optimisation, g++ 12 sees a mismatch wherever it inlines one half of a coroutine frame's new and delete; g++ 12 to 14
    # see members of what a variant or an optional does not hold (its bug 80635) and strings that overlap themselves (105651).
    target_compile_options(${target} PRIVATE -Wno-mismatched-new-delete -Wno-maybe-uninitialized -Wno-restrict)
  endif()
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ takes a source that is included for a header, and coroutine frames for types that a header spreads.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  if(SHOP_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(SHOP_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${SHOP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SHOP_SANITIZE})
    if(SHOP_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PUBLIC -Wno-tsan) # Asio's fences, which g++ warns that it does not follow
    endif()
  endif()
endfunction()

# A library of the product: its alias is shop::<name>, its public headers are those under <dir>/shop of each INCLUDE.
# Without sources it is a header-only one.
function(shop_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE;INCLUDE" ${ARGN})
  set(target shop_${name})
  if(name STREQUAL "shop")
    set(target shop)
  endif()
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    shop_target(${target})
    target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_compile_features(${target} INTERFACE cxx_std_20)
    target_link_libraries(${target} INTERFACE ${arg_PUBLIC})
    set(scope INTERFACE)
  endif()
  add_library(shop::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  foreach(dir ${arg_INCLUDE})
    target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${dir}>)
  endforeach()
  target_include_directories(${target} ${scope} $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

  set_property(GLOBAL APPEND PROPERTY SHOP_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY SHOP_INCLUDE_${name} ${arg_INCLUDE})
endfunction()

# A program of ours: with mimalloc it places orders a fifth faster (docs/benchmarks.md). The libraries leave the choice to
# whoever links them, and sanitizers bring an allocator of their own.
function(shop_program name)
  shop_target(${name})
  if(SHOP_MIMALLOC AND NOT SHOP_SANITIZE)
    find_package(mimalloc QUIET)
    if(TARGET mimalloc)
      # Needed although no source names it: it stands in for malloc.
      target_link_libraries(${name} PRIVATE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
    endif()
  endif()
endfunction()
