# Nothing can be run from the folders that everybody may write to.
