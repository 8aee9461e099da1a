#pragma once

namespace millwright::cad {

/// From now on the calling thread's allocations of 12 bytes come without malloc's bookkeeping, and the pages they were in go back
/// to the system as soon as all of them are freed. Assimp keeps the three indices of every triangle in an allocation of their own,
/// which would take 32 bytes each, and whose pages malloc would keep. Does nothing under the sanitizers.
void useSmallBlocks();

} // namespace millwright::cad
