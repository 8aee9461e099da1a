#pragma once

#include "cad/occt/document.hpp"

class STEPCAFControl_Reader;

namespace millwright::cad {

/// Adds what a STEP file says about itself and its products: header, part numbers, descriptions, versions, user-defined attributes
/// (ISO 10303-41 general properties). Call after the transfer.
void stepProperties(const STEPCAFControl_Reader& reader, ExactDocument& result);

} // namespace millwright::cad
