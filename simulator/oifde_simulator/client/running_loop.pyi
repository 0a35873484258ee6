from oifde_simulator_client.running_loop import *
