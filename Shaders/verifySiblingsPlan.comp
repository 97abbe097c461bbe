// verifySiblings.glsl for GPUs, first part: the plan.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#define WORKSPACE_ACCESS coherent  // lanes read what others have found
#include "siblingTree.glsl"
#include "rejectionPlan.glsl"
