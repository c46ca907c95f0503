# Read by CTest after the tests were discovered. PSS depends on who else has the same libraries in
# memory: beside other workers of jetmeter these would compare two moments.
set_tests_properties(program.MemoryRun.TheFootprintIsThatOfSmapsRollup
  program.ForecastRun.TellsThePeakBeforeTheLoadAndItsErrorAfterwards
  program.ForecastRun.FollowsAModelOfBranches PROPERTIES RUN_SERIAL ON)
# It takes every core, on purpose.
set_tests_properties(
  program.Disturbed.AnotherProgramOnTheCoresIsToldWithTheFramesThatItTouched PROPERTIES RUN_SERIAL ON)
# Dozens of calibrated pictures, and the error of each layer: minutes where tests run side by side.
set_tests_properties(program.QuantizedAccuracy.YoloxLosesLittle
  program.QuantizedAccuracy.NanodetLosesLittle PROPERTIES TIMEOUT 900)
