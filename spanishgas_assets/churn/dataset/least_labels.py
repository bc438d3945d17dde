"""How many customers who left are needed, known without what a training set brings."""

#: Fewer churners than this cannot hold a calibration, five folds and a holdout.
MIN_CHURNERS = 20
