"""Environments of this project for Gymnasium: importing the package registers them.

Gymnasium loads no plug-ins by itself, so name the module in the id, which works in fresh processes too:
`gymnasium.make("wann_envs:wann/CartPoleSwingUp-v0")`.
"""

from gymnasium.envs.registration import register, registry

CARTPOLE_SWINGUP = "wann/CartPoleSwingUp-v0"

# Registering twice (on a reload) would warn. The entry point is a string, so only `make` imports the rest.
if CARTPOLE_SWINGUP not in registry:
    register(
        id=CARTPOLE_SWINGUP,
        entry_point="wann_envs.cartpole_swingup:CartPoleSwingUpEnv",
        max_episode_steps=1000,
    )
