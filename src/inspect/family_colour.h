// The colours of a picture: fill and edge of a box, by what its operator is for.
#pragma once

#include <string_view>

#include "inspect/picture.h"

namespace jetmeter {

struct FamilyColour {
  std::string_view fill, line;
};

inline FamilyColour family_colour(OperatorFamily family) {
  switch (family) {
    case OperatorFamily::port: return {"#334155", "#1e293b"};
    case OperatorFamily::convolution: return {"#dbeafe", "#2563eb"};
    case OperatorFamily::matrix: return {"#ede9fe", "#7c3aed"};
    case OperatorFamily::activation: return {"#dcfce7", "#16a34a"};
    case OperatorFamily::arithmetic: return {"#ccfbf1", "#0d9488"};
    case OperatorFamily::normalisation: return {"#fef3c7", "#d97706"};
    case OperatorFamily::pooling: return {"#ffedd5", "#ea580c"};
    case OperatorFamily::shape: return {"#f1f5f9", "#64748b"};
    case OperatorFamily::quantisation: return {"#fce7f3", "#db2777"};
    case OperatorFamily::control: return {"#fee2e2", "#dc2626"};
    case OperatorFamily::other: return {"#ffffff", "#475569"};
  }
  return {"#ffffff", "#475569"};
}

}  // namespace jetmeter
