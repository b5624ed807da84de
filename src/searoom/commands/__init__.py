"""What each command of the command line does; one function a command, one file a subject."""
