# The libraries of matrix products, for the float build: each that is found becomes a backend of gemm.

find_path(OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas)
find_library(OPENBLAS_LIBRARY openblas)
if(OPENBLAS_INCLUDE AND OPENBLAS_LIBRARY)
  target_sources(reprise_core PRIVATE kernels/gemm_openblas.cpp kernels/library_products_openblas.cpp)
  target_include_directories(reprise_core SYSTEM PRIVATE ${OPENBLAS_INCLUDE})
  target_link_libraries(reprise_core PRIVATE ${OPENBLAS_LIBRARY})
  target_compile_definitions(reprise_core PRIVATE REPRISE_OPENBLAS)
endif()

# Without its CMake package, which on Debian asks for OpenCL's headers. Not under ThreadSanitizer:
# oneDNN brings GCC's OpenMP, whose threads it takes for races.
find_path(ONEDNN_INCLUDE dnnl.h)
find_library(ONEDNN_LIBRARY dnnl)
if(ONEDNN_INCLUDE AND ONEDNN_LIBRARY AND NOT REPRISE_SANITIZE STREQUAL "thread")
  target_sources(reprise_core PRIVATE
    kernels/gemm_onednn.cpp kernels/library_products_onednn.cpp kernels/onednn_support.cpp
    kernels/packed_onednn.cpp)
  target_include_directories(reprise_core SYSTEM PRIVATE ${ONEDNN_INCLUDE})
  find_package(OpenMP REQUIRED)
  target_link_libraries(reprise_core PRIVATE ${ONEDNN_LIBRARY} OpenMP::OpenMP_CXX)
  target_compile_definitions(reprise_core PRIVATE REPRISE_ONEDNN)
endif()
message(STATUS "Matrix products: OpenBLAS ${OPENBLAS_LIBRARY}, oneDNN ${ONEDNN_LIBRARY}")
