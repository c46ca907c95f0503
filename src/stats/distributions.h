// The few distribution functions that intervals need. Pure, any thread (the C library's lgamma is
// not: it writes `signgam`).
#pragma once

namespace jetmeter::stats {

// ln(gamma(x)). REQUIRES: x > 0.
double log_gamma(double x);

// The regularised incomplete beta function I_x(a, b): P[Beta(a, b) <= x], and
// P[Bin(n, x) >= k] = I_x(k, n - k + 1). Takes the square root of a + b in steps.
// REQUIRES: a > 0, b > 0, 0 <= x <= 1.
double incomplete_beta(double a, double b, double x);

// The value that a standard normal exceeds in size with probability 1 - confidence.
// REQUIRES: 0 < confidence < 1.
double normal_two_sided(double confidence);

// The same of Student's t. REQUIRES: degrees > 0, 0 < confidence < 1.
double student_two_sided(double degrees, double confidence);

}  // namespace jetmeter::stats
