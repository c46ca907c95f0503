// Whether this build watches itself, which shows in every number about memory.
#pragma once

namespace jetmeter {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kReservesMuch =
    true;                            // terabytes of shadow: no limit of this kind leaves room
inline constexpr int kOwnMiB = 600;  // and touches hundreds of MiB before anything is loaded
#else
inline constexpr bool kReservesMuch = false;
inline constexpr int kOwnMiB = 0;
#endif

}  // namespace jetmeter
