"""Training: a network's topology stays, and every connection gets a weight of its own.

`control.py` tunes by the returns of episodes, with an optimiser that is asked and told (`cma.py`,
`reinforce.py`); `gradient.py` trains on labelled images through the same graph in torch (`module.py`). Each
is a `Trainer` (`trainer.py`): pure steps from state to state, and a state is plain arrays and numbers.
"""
