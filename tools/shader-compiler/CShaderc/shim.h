#include <shaderc/shaderc.h>
#include <spirv-tools/libspirv.h>
