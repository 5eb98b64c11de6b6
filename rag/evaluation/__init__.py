"""How good the answers are: question sets, measures, comparisons, calibration."""
