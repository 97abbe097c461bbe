// Everything that shaders and Swift share: numeric constants, and one push-constant struct a kernel.
#ifndef ESPALIER_SHADER_INTERFACE_H
#define ESPALIER_SHADER_INTERFACE_H

#include "scalars.h"
#include "contract.h"
#include "rows.h"
#include "matmul.h"
#include "attention.h"
#include "distribution.h"
#include "tree.h"
#include "growth.h"
#include "scan.h"
#include "pages.h"

#endif
