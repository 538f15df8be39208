"""The screens, one a module or package."""
