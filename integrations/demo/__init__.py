"""A made-up company's two products, their users and their behavior: the demo workspace.

Everything here is invented and marked synthetic; addresses end in ``.example``, which nobody can
own. The same seed and moment give the same world (docs/demo.md).
"""

SEED = 20130
PRODUCT_KEY = "lumenboard"
PRODUCT_NAME = "Lumenboard"
SOURCE_NAME = "Lumenboard (demo)"
KIT_KEY = "lumenkit"
KIT_NAME = "Lumenkit"
KIT_SOURCE_NAME = "Lumenkit (demo)"
