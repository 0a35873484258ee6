from oifde_simulator_client.events import *
