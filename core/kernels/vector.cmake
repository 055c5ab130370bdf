# vector.cpp once per level of the x86-64 ABI, for the float build. Other processors have the
# reference kernels alone.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  foreach(isa IN ITEMS v2 v3 v4)
    add_library(reprise_vector_${isa} OBJECT kernels/vector.cpp)
    target_link_libraries(reprise_vector_${isa} PRIVATE reprise_options)
    target_compile_definitions(reprise_vector_${isa} PRIVATE REPRISE_ISA=${isa})
    target_compile_options(reprise_vector_${isa} PRIVATE -O3 -march=x86-64-${isa})
    target_sources(reprise_core PRIVATE $<TARGET_OBJECTS:reprise_vector_${isa}>)
  endforeach()
  target_compile_options(reprise_vector_v4 PRIVATE -mprefer-vector-width=512)
  target_compile_definitions(reprise_core PRIVATE REPRISE_VECTOR)
endif()
