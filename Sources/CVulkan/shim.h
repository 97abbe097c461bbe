#ifndef ESPALIER_CVULKAN_SHIM_H
#define ESPALIER_CVULKAN_SHIM_H

// Swift imports a pointer to an incomplete struct as OpaquePointer, so all handles would have one type. Completing the
// structs gives each handle its own pointer type, and passing a buffer for a pipeline no longer compiles.
struct VkInstance_T { int unused; };
struct VkPhysicalDevice_T { int unused; };
struct VkDevice_T { int unused; };
struct VkQueue_T { int unused; };
struct VkCommandBuffer_T { int unused; };
#define VK_DEFINE_NON_DISPATCHABLE_HANDLE(object) \
  struct object##_T { int unused; };              \
  typedef struct object##_T *object;

#include <vulkan/vulkan.h>

// Function-like macros are not imported.
static const uint32_t espalier_vulkan_1_2 = VK_API_VERSION_1_2;
static const uint32_t espalier_vulkan_1_3 = VK_API_VERSION_1_3;

static inline uint32_t espalier_version_major(uint32_t version) { return VK_API_VERSION_MAJOR(version); }
static inline uint32_t espalier_version_minor(uint32_t version) { return VK_API_VERSION_MINOR(version); }
static inline uint32_t espalier_version_patch(uint32_t version) { return VK_API_VERSION_PATCH(version); }

#endif
