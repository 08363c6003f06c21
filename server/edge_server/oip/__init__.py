"""The Open Inference Protocol, version 2: the tasks as models that take and give tensors."""
